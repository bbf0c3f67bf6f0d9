"""The pure core: typed values in, named tables out; no files, no clock, no printing."""
