"""The values of the trade: documents, grants, refusals, faults, custody. They are immutable and validated."""
