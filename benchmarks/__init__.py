"""Speed, each job beside its named peer in the same run; `anlan bench` runs them."""
