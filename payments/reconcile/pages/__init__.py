"""The pages of reconciliation worked out before they are drawn; amounts in fen, times aware."""
