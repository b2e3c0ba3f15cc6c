"""Figures: declared once each, compiled to SQL, and opened to the rows behind them."""
