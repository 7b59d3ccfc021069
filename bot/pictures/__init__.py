"""Pictures that stand with a question: drawn by us, one drawing for every flow."""
