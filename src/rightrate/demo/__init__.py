"""The demo's task: a small pretrained backbone, imbalanced digits, and the settings that show the lesson."""
