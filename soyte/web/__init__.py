"""The assembled house: root addresses, sign-in, start page, search, health. No business."""
