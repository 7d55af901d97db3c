"""Receipts and slips as documents: their content, not how they are printed."""
