"""Receipts and slips as documents: what stands on them, not how they are printed."""
