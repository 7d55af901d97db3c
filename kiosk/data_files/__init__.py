"""Reading what people edit: one reader, one error with `mistakes`, one form of a readable line."""
