"""The scripts of some folders as a book: what each last came to, what an edit touches, and reports."""
