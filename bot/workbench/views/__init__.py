"""What the workbench shows, as plain values made from a flow: no request, no HTML, no clock."""
