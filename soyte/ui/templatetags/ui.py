"""{% load ui %}: the components of the pages. soyte/ui/README.md and the page /_ui/ show each of them.

Their texts are escaped; HTML comes in only between a block tag and its end. Colour never stands alone: a tone brings
its icon or its word.
"""

from django import template

from soyte.ui.tags import blocks, drawings, forms, lists, live, maps, pieces, values

register = template.Library()
for part in (values, pieces, drawings, maps, lists, live, forms, blocks):
    register.tags |= part.register.tags
    register.filters |= part.register.filters
