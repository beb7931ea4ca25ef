"""Code that only a component could run which the manifest switches off: it is dead until something switches that on.

Android starts no component declared ``android:enabled="false"`` (AOSP ``ComponentResolver``). It may be switched on at
run time (``PackageManager.setComponentEnabledSetting``), and an enabled alias starts its target's class all the same.
"""

from __future__ import annotations

from finwatch.checks.calls import outer
from finwatch.checks.view import View
from finwatch.model.examination import Collection

_SWITCHES = "component.enable"
"""Id of the watched calls that switch components."""


def is_switched_off(view: View, place: Collection) -> bool:
    """Whether the place stands in the class of a disabled component, and no way to it was found.

    A path from start-up code, an enabled alias of the class, or any switching of components by code that is the app's
    to answer for lets it count as live.
    """
    if place.path or place.before_consent or view.calls_below(_SWITCHES):
        return False
    name = outer(place.at.class_name)[1:-1].replace("/", ".")
    named = [one for one in view.manifest.components if name in {one.name, one.target_activity}]
    return bool(named) and not any(one.enabled for one in named)
