"""Dialect of the Star TCP300II class: frames, block exchange, raster, device."""
