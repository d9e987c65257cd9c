"""Thin components that apply what the builders return."""
