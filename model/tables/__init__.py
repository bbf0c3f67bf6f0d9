"""What a run says: tidy tables, sentences, and the words for figures."""
