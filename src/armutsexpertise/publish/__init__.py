"""What readers see: German numbers, exhibits with their sources, charts, maps and releases.

:mod:`~armutsexpertise.publish.numbers` and :mod:`~armutsexpertise.publish.exhibit` need the core
install; charts and maps need the extra ``render``.
"""
