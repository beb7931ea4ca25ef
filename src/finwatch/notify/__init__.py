"""What leaves the house: messages of the outbox, by mail and webhook, none of them twice.

``deliver`` takes what is due and hands each message to the channel it names; what a channel refuses is tried again
later or given up with the reason, which the desk shows.
"""

from finwatch.notify.deliver import Refused, Report, Sender, deliver

__all__ = ["Refused", "Report", "Sender", "deliver"]
