"""What another distribution implements to extend windtunnel, and what it needs for that.

A backend, a report's sink, and a fault with the forms that it can take. How they are added is on
the page "Add a fault, a criterion, a report or a backend".
"""

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Backend, Program, ProgramEnd
from windtunnel.backends.fault_support import check_fault
from windtunnel.backends.tap import Tap
from windtunnel.backends.wall_clock import WallClock
from windtunnel.configuration import Configuration
from windtunnel.network_profiles import Profile
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.reports.session_report import SessionReport
from windtunnel.reports.sink import Sink
from windtunnel_faults import (
    Capability,
    Disabled,
    Fault,
    Form,
    ProcessAction,
    Processing,
    Toxic,
    Toxics,
)

__all__ = [
    "CONFIGURED",
    "Address",
    "Backend",
    "Capability",
    "Configuration",
    "Disabled",
    "Fault",
    "Form",
    "ProcessAction",
    "Processing",
    "Profile",
    "Program",
    "ProgramEnd",
    "ServerAccount",
    "SessionReport",
    "Sink",
    "Tap",
    "Toxic",
    "Toxics",
    "WallClock",
    "check_fault",
]
