"""The shop's HTTP API."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from shop.models import Order
from shop.tasks import charge, pass_on


@api_view(["POST"])
def orders(request: Request) -> Response:
    """Take an order: it is safe in the database before anybody is told of it."""
    order = Order.objects.create(
        customer=request.user.username,
        product=request.data["product"],
        quantity=request.data["quantity"],
    )
    pass_on(charge, order)
    return Response({"order": order.pk, "state": order.state}, status=201)


@api_view(["GET"])
def order(request: Request, number: int) -> Response:
    """Say how far an order has come."""
    found = Order.objects.filter(pk=number, customer=request.user.username).first()
    if found is None:
        return Response({"error": "there is no such order"}, status=404)
    return Response({"order": found.pk, "state": found.state})


def health(request: HttpRequest) -> JsonResponse:
    """Answer once the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
