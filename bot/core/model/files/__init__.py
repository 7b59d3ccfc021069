"""The pydantic models of the files of a flow, one module per file kind."""
