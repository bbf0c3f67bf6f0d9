"""Verification, section D: uncertainty."""

from __future__ import annotations
