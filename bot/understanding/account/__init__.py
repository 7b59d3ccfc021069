"""Every word of a message is accounted for: what each of them is, and whether one of them can turn a denial round."""
