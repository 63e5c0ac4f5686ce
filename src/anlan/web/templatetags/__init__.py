"""Template tags: the words and pictures every page is made of."""
