"""One module a peer, each with a function `make` that returns an Adapter."""
