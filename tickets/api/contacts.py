"""`/contacts`: the people outside that the project talks to, their tags, fields and what was sent to them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts import services as accounts
from accounts.clock import Clock
from accounts.permissions import acting_user
from tickets.api.contact_shapes import (
    ContactShape,
    DeliveryShape,
    FieldShape,
    ImportedShape,
    ImportRequest,
    MergeRequest,
    TagShape,
    TagsRequest,
    WrittenContact,
)
from tickets.contacts import importing, keeping, marking, merging
from tickets.contacts.addresses import read_email, read_phone, read_value
from tickets.errors import ContactNotFound
from tickets.models import Channel, Contact, ContactField, Delivery, Tag, Tagging


class ContactFilter(django_filters.FilterSet):
    """`tag` may be repeated: contacts that have all of them. `field` is `key:value`, compared as text or JSON."""

    tag = django_filters.CharFilter(method="by_tag")
    field = django_filters.CharFilter(method="by_field", help_text="`key:value` of a custom field")
    text = django_filters.CharFilter(method="by_text", help_text="Part of a name, e-mail or phone")
    email = django_filters.CharFilter(lookup_expr="iexact")
    phone = django_filters.CharFilter(method="by_phone")
    telegramId = django_filters.NumberFilter(field_name="telegram_id")

    class Meta:
        model = Contact
        fields: list[str] = []

    def by_tag(self, queryset: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        # One subquery, however many tags an address names: a join for each would be without bound.
        wanted = {tag.lower() for tag in self.data.getlist("tag")}
        taggings = Tagging.objects.annotate(mark=Lower("tag__name")).filter(mark__in=wanted)
        marks = taggings.values("contact").annotate(marks=Count("mark", distinct=True))
        return queryset.filter(pk__in=marks.filter(marks=len(wanted)).values("contact"))

    def by_field(self, queryset: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        key, _colon, wanted = value.partition(":")
        known = ContactField.objects.filter(key=key, project_id__in=queryset.values("project_id")).first()
        if known is None:
            return queryset.none()
        return queryset.filter(fields__contains={key: read_value(wanted, key=key, kind=known.kind)})

    def by_text(self, queryset: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return queryset.filter(Q(name__icontains=value) | Q(email__icontains=value) | Q(phone__contains=value))

    def by_phone(self, queryset: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        return queryset.filter(phone=read_phone(value))


class ContactViewSet(mixins.ListModelMixin, GenericViewSet[Contact]):
    """Contacts of the projects in which the person may see them."""

    queryset = Contact.objects.none()
    serializer_class = ContactShape
    filterset_class = ContactFilter
    lookup_url_kwarg = "contact_id"
    action_roles = {
        **dict.fromkeys(("list", "retrieve"), "contact.view"),
        **dict.fromkeys(("create", "partial_update", "tags", "fields"), "contact.edit"),
        **dict.fromkeys(("destroy", "merge", "import_table"), "contact.manage"),
    }

    def get_queryset(self) -> QuerySet[Contact]:
        return Contact.objects.visible_to(acting_user(self.request)).prefetch_related("tags")

    @extend_schema(summary="Make a contact", request=WrittenContact, responses={201: ContactShape})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """409 when one of the addresses is another contact's."""
        columns = _columns(request.data)
        addresses = keeping.Addresses(**{name: columns.pop(name, None) for name in keeping.FIELDS})
        project_id = accounts.project_for(request.user, action="contact.edit")
        contact = keeping.create(
            project_id=project_id,
            addresses=addresses,
            name=columns.pop("name", ""),
            language=columns.pop("language", ""),
        )
        if columns:
            contact = keeping.change(contact=contact, **columns)
        return _answer(contact, status.HTTP_201_CREATED)

    @extend_schema(summary="One contact", responses=ContactShape)
    def retrieve(self, request: Request, contact_id: str) -> Response:
        return _answer(self._contact("contact.view"))

    @extend_schema(summary="Change a contact", request=WrittenContact, responses=ContactShape)
    def partial_update(self, request: Request, contact_id: str) -> Response:
        """Fields that are not named stay; null or an empty text takes an address away."""
        contact = self._contact("contact.edit")
        return _answer(keeping.change(contact=contact, **_columns(request.data)))

    @extend_schema(summary="Forget a contact", responses={204: None})
    def destroy(self, request: Request, contact_id: str) -> Response:
        """With its tags and the list of what was sent to it."""
        keeping.delete(contact=self._contact("contact.manage"))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Put tags on and take tags off", request=TagsRequest, responses=ContactShape)
    @transaction.atomic
    def tags(self, request: Request, contact_id: str) -> Response:
        """All or none. Tags are made when they are first put on; each change is an event."""
        contact = self._contact("contact.edit")
        form = TagsRequest(data=request.data)
        form.is_valid(raise_exception=True)
        for tag in form.validated_data["add"]:
            marking.add_tag(contact=contact, tag=tag)
        for tag in form.validated_data["remove"]:
            marking.remove_tag(contact=contact, tag=tag)
        return _answer(keeping.get(contact_id=contact.pk, project_id=contact.project_id))

    @extend_schema(
        summary="Set custom fields", request={"application/json": {"type": "object"}}, responses=ContactShape
    )
    def fields(self, request: Request, contact_id: str) -> Response:
        """`{key: value}`; null clears a field, others stay."""
        contact = self._contact("contact.edit")
        values = serializers.DictField().run_validation(request.data)
        marking.set_fields(contact=contact, values=values)
        return _answer(keeping.get(contact_id=contact.pk, project_id=contact.project_id))

    @extend_schema(summary="Make two contacts one", request=MergeRequest, responses=ContactShape)
    def merge(self, request: Request, contact_id: str) -> Response:
        """The contact of the address gets what it lacks of the one in the body, which is gone afterwards."""
        into = self._contact("contact.manage")
        form = MergeRequest(data=request.data)
        form.is_valid(raise_exception=True)
        other = keeping.get(contact_id=form.validated_data["contactId"], project_id=into.project_id)
        return _answer(merging.merge(into=into, other=other))

    @extend_schema(summary="Take in a table of contacts", request=ImportRequest, responses=ImportedShape)
    def import_table(self, request: Request) -> Response:
        """Known contacts are completed, never doubled; rows that are wrong are reported and change nothing."""
        form = ImportRequest(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        project_id = accounts.project_for(request.user, action="contact.manage", code=said.get("project"))
        came = importing.import_table(project_id=project_id, text=said["csv"], delimiter=said["delimiter"])
        return Response(ImportedShape(came).data)

    def _contact(self, action: str) -> Contact:
        """The contact of this address; raises `ContactNotFound`, `Forbidden`."""
        found = self.get_queryset().filter(pk=self.kwargs["contact_id"]).first()
        if found is None:
            raise ContactNotFound
        accounts.require(self.request.user, action, found.project_id)
        return found


class TagViewSet(mixins.ListModelMixin, GenericViewSet[Tag]):
    """Tags of the projects in which the person may see contacts."""

    queryset = Tag.objects.none()
    serializer_class = TagShape
    filter_backends = []
    action_roles = {"list": "contact.view"}

    def get_queryset(self) -> QuerySet[Tag]:
        return marking.tags_of(accounts.project_ids(acting_user(self.request), action="contact.view"))


class FieldViewSet(mixins.ListModelMixin, GenericViewSet[ContactField]):
    """Custom fields of the projects in which the person may see contacts."""

    queryset = ContactField.objects.none()
    serializer_class = FieldShape
    filter_backends = []
    action_roles = {"list": "contact.view", "create": "contact.manage"}

    def get_queryset(self) -> QuerySet[ContactField]:
        return marking.fields_of(accounts.project_ids(acting_user(self.request), action="contact.view"))

    @extend_schema(summary="Add a custom field", request=FieldShape, responses={201: FieldShape})
    def create(self, request: Request) -> Response:
        form = FieldShape(data=request.data)
        form.is_valid(raise_exception=True)
        project_id = accounts.project_for(request.user, action="contact.manage")
        made = marking.define_field(project_id=project_id, **form.validated_data)
        return Response(FieldShape(made).data, status=status.HTTP_201_CREATED)


class DeliveryFilter(django_filters.FilterSet):
    contactId = django_filters.UUIDFilter(field_name="contact_id")
    executionId = django_filters.UUIDFilter(field_name="execution_id")
    state = django_filters.ChoiceFilter(choices=Delivery.State.choices)
    channel = django_filters.ChoiceFilter(choices=Channel.choices)

    class Meta:
        model = Delivery
        fields: list[str] = []


class DeliveryViewSet(mixins.ListModelMixin, GenericViewSet[Delivery]):
    """What was sent to contacts, the newest first."""

    queryset = Delivery.objects.none()
    serializer_class = DeliveryShape
    filterset_class = DeliveryFilter
    action_roles = {"list": "contact.view"}

    def get_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.visible_to(acting_user(self.request))


def _columns(data: Any) -> dict[str, Any]:
    """What was written, by column and as it is kept; raises `ValidationError`, `AddressInvalid`."""
    form = WrittenContact(data=data)
    form.is_valid(raise_exception=True)
    said = dict(form.validated_data)
    if "email" in said:
        said["email"] = read_email(said["email"])
    if "phone" in said:
        said["phone"] = read_phone(said["phone"])
    for name, column in (("emailUnsubscribed", "email"), ("telegramUnsubscribed", "telegram")):
        if name in said:
            said[f"{column}_unsubscribed_at"] = Clock() if said.pop(name) else None
    return said


def _answer(contact: Contact, code: int = status.HTTP_200_OK) -> Response:
    return Response(ContactShape(contact).data, status=code)
