"""Scripts as files: model, reading, tables, names, writing."""
