"""The answers that conditions can tell apart, chosen, ended, played."""
