"""The trade's values: documents, grants, refusals, custody. Immutable and validated."""
