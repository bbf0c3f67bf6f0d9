"""Chance: the same plan met by people who come, recover and die one by one."""
