"""TruFlow: bookings and payments for one small business."""
