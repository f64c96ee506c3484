"""Typed records of what happened: at the dependencies (from the tap) and at the caller (from load).

Every time in a record is in seconds on one clock: CLOCK_MONOTONIC, which the processes of one
machine share. Where a tap runs on another kernel, its backend translates before it hands them on.
"""

from windtunnel.records.answer_meaning import AnswerMeaning
from windtunnel.records.attempt import Attempt, AttemptFailure, AttemptKind
from windtunnel.records.blind_spot import BlindSpot, Hidden
from windtunnel.records.comparison import ArmRound, Comparison, Round
from windtunnel.records.connection import Connection, Ending, Handshake, HandshakeOutcome
from windtunnel.records.dependency_exchange import Exchange, ExchangeOutcome
from windtunnel.records.edge import Edge
from windtunnel.records.evidence import Arrival, Evidence, Touch
from windtunnel.records.fault_window import FaultWindow
from windtunnel.records.limits import Limits
from windtunnel.records.machine_use import MachineUse
from windtunnel.records.observation import Cell, Observation, Rows, Wait, WaitOutcome
from windtunnel.records.observed_run import ObservedRun
from windtunnel.records.recorded_field import (
    FieldState,
    RecordedField,
    field_name,
    field_names,
)
from windtunnel.records.refusals import Certainty, Refusals
from windtunnel.records.request_failure import RequestFailure
from windtunnel.records.response import JourneyStep, Response
from windtunnel.records.scenario_run import Pairs, Run
from windtunnel.records.transaction_state import TransactionState
from windtunnel.records.unasked_calls import UnaskedCalls

__all__ = [
    "AnswerMeaning",
    "ArmRound",
    "Arrival",
    "Attempt",
    "AttemptFailure",
    "AttemptKind",
    "BlindSpot",
    "Cell",
    "Certainty",
    "Comparison",
    "Connection",
    "Edge",
    "Ending",
    "Evidence",
    "Exchange",
    "ExchangeOutcome",
    "FaultWindow",
    "FieldState",
    "Handshake",
    "HandshakeOutcome",
    "Hidden",
    "JourneyStep",
    "Limits",
    "MachineUse",
    "Observation",
    "ObservedRun",
    "Pairs",
    "RecordedField",
    "Refusals",
    "RequestFailure",
    "Response",
    "Round",
    "Rows",
    "Run",
    "Touch",
    "TransactionState",
    "UnaskedCalls",
    "Wait",
    "WaitOutcome",
    "field_name",
    "field_names",
]
