"""The harm of a later start: what is stated, what waiting itself does, and what is left."""
