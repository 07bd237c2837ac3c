"""pagedradix below other people's interfaces: one module each, with an extra of the same name."""
