"""The look of the screens: colours, sizes, fonts."""
