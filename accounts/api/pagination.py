"""How every list of the API is cut into pages."""

from __future__ import annotations

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """`{count, next, previous, results}` by `page` and `pageSize` (50, at most 200); a page beyond the last is 404."""

    page_size = 50
    page_size_query_param = "pageSize"
    max_page_size = 200
