"""The state machine over every act of the clearing house."""
