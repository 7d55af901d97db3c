"""The models that screens show: one frozen class per screen. No Kivy, no flow."""
