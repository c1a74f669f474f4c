"""Climate policy and its social dimensions: carbon price, energy poverty, heat, adaptation."""
