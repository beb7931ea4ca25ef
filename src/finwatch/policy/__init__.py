"""Policy files to text with paragraphs and offsets."""
