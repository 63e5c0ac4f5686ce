"""Every read that spans tables; rows become facts."""
