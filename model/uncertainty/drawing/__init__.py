"""Draws of inputs, and scenarios that hold them."""
