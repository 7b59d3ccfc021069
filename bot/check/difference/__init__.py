"""Whom an edit moves: two versions beside each other."""
