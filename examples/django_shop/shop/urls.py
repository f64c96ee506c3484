"""Where the shop answers."""

from django.urls import path
from rest_framework.authtoken.views import obtain_auth_token

from shop import views

urlpatterns = [
    path("api/login/", obtain_auth_token),
    path("api/orders/", views.orders),
    path("api/orders/<int:number>/", views.order),
    path("healthz/", views.health),
]
