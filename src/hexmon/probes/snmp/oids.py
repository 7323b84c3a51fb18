"""The objects of the standard MIBs that polls read, by number."""

from typing import Final

from hexmon.probes.snmp.ber import Oid, parse_oid

_MIB2: Final = parse_oid("1.3.6.1.2.1")


def _under(base: Oid, *arcs: int) -> Oid:
    return base + arcs


# SNMPv2-MIB, RFC 3418
SYS_DESCR: Final = _under(_MIB2, 1, 1, 0)
SYS_OBJECT_ID: Final = _under(_MIB2, 1, 2, 0)
SYS_UPTIME: Final = _under(_MIB2, 1, 3, 0)
SYS_CONTACT: Final = _under(_MIB2, 1, 4, 0)
SYS_NAME: Final = _under(_MIB2, 1, 5, 0)
SYS_LOCATION: Final = _under(_MIB2, 1, 6, 0)

# TCP-MIB, RFC 4022
TCP_RETRANS: Final = _under(_MIB2, 6, 12, 0)

# IF-MIB, RFC 2863
IF_NUMBER: Final = _under(_MIB2, 2, 1, 0)
_IF: Final = _under(_MIB2, 2, 2, 1)
IF_DESCR: Final = _under(_IF, 2)
IF_SPEED: Final = _under(_IF, 5)
IF_ADMIN: Final = _under(_IF, 7)
IF_OPER: Final = _under(_IF, 8)
IF_IN_OCTETS: Final = _under(_IF, 10)
IF_IN_UCAST: Final = _under(_IF, 11)
IF_IN_NUCAST: Final = _under(_IF, 12)
IF_IN_ERRORS: Final = _under(_IF, 14)
IF_OUT_OCTETS: Final = _under(_IF, 16)
IF_OUT_UCAST: Final = _under(_IF, 17)
IF_OUT_NUCAST: Final = _under(_IF, 18)
IF_OUT_ERRORS: Final = _under(_IF, 20)
_IFX: Final = _under(_MIB2, 31, 1, 1, 1)
IF_NAME: Final = _under(_IFX, 1)
IF_IN_MCAST: Final = _under(_IFX, 2)
IF_IN_BCAST: Final = _under(_IFX, 3)
IF_OUT_MCAST: Final = _under(_IFX, 4)
IF_OUT_BCAST: Final = _under(_IFX, 5)
IF_HC_IN_OCTETS: Final = _under(_IFX, 6)
IF_HC_IN_UCAST: Final = _under(_IFX, 7)
IF_HC_IN_MCAST: Final = _under(_IFX, 8)
IF_HC_IN_BCAST: Final = _under(_IFX, 9)
IF_HC_OUT_OCTETS: Final = _under(_IFX, 10)
IF_HC_OUT_UCAST: Final = _under(_IFX, 11)
IF_HC_OUT_MCAST: Final = _under(_IFX, 12)
IF_HC_OUT_BCAST: Final = _under(_IFX, 13)
IF_HIGH_SPEED: Final = _under(_IFX, 15)
IF_ALIAS: Final = _under(_IFX, 18)

# BRIDGE-MIB, RFC 4188; Q-BRIDGE-MIB, RFC 4363
BASE_PORT_IF_INDEX: Final = _under(_MIB2, 17, 1, 4, 1, 2)
DOT1D_PORT: Final = _under(_MIB2, 17, 4, 3, 1, 2)
DOT1D_STATUS: Final = _under(_MIB2, 17, 4, 3, 1, 3)
DOT1Q_PORT: Final = _under(_MIB2, 17, 7, 1, 2, 2, 1, 2)
DOT1Q_STATUS: Final = _under(_MIB2, 17, 7, 1, 2, 2, 1, 3)

# IP-MIB, RFC 4293
ARP_OLD: Final = _under(_MIB2, 4, 22, 1, 2)  # ipNetToMediaPhysAddress
ARP: Final = _under(_MIB2, 4, 35, 1, 4)  # ipNetToPhysicalPhysAddress

# LLDP-MIB, IEEE 802.1AB-2005
_LLDP: Final = parse_oid("1.0.8802.1.1.2.1")
LLDP_LOCAL_SUBTYPE: Final = _under(_LLDP, 3, 7, 1, 2)
LLDP_LOCAL_ID: Final = _under(_LLDP, 3, 7, 1, 3)
LLDP_LOCAL_DESCR: Final = _under(_LLDP, 3, 7, 1, 4)
LLDP_CHASSIS_SUBTYPE: Final = _under(_LLDP, 4, 1, 1, 4)
LLDP_CHASSIS: Final = _under(_LLDP, 4, 1, 1, 5)
LLDP_PORT_SUBTYPE: Final = _under(_LLDP, 4, 1, 1, 6)
LLDP_PORT_ID: Final = _under(_LLDP, 4, 1, 1, 7)
LLDP_PORT_DESCR: Final = _under(_LLDP, 4, 1, 1, 8)
LLDP_SYS_NAME: Final = _under(_LLDP, 4, 1, 1, 9)

# CISCO-CDP-MIB
CDP_DEVICE: Final = parse_oid("1.3.6.1.4.1.9.9.23.1.2.1.1.6")
CDP_PORT: Final = parse_oid("1.3.6.1.4.1.9.9.23.1.2.1.1.7")

# ENTITY-MIB, RFC 6933
_ENTITY: Final = _under(_MIB2, 47, 1)
ENT_DESCR: Final = _under(_ENTITY, 1, 1, 1, 2)
ENT_CONTAINED_IN: Final = _under(_ENTITY, 1, 1, 1, 4)
ENT_CLASS: Final = _under(_ENTITY, 1, 1, 1, 5)
ENT_SERIAL: Final = _under(_ENTITY, 1, 1, 1, 11)
ENT_ALIAS: Final = _under(_ENTITY, 3, 2, 1, 2)  # entAliasMappingIdentifier

# HOST-RESOURCES-MIB, RFC 2790
STORAGE_TYPE: Final = _under(_MIB2, 25, 2, 3, 1, 2)
STORAGE_DESCR: Final = _under(_MIB2, 25, 2, 3, 1, 3)
STORAGE_UNITS: Final = _under(_MIB2, 25, 2, 3, 1, 4)
STORAGE_SIZE: Final = _under(_MIB2, 25, 2, 3, 1, 5)
STORAGE_USED: Final = _under(_MIB2, 25, 2, 3, 1, 6)
PROCESSOR_LOAD: Final = _under(_MIB2, 25, 3, 3, 1, 2)

# UCD-SNMP-MIB, UCD-DISKIO-MIB
_UCD: Final = parse_oid("1.3.6.1.4.1.2021")
MEM_TOTAL_SWAP: Final = _under(_UCD, 4, 3, 0)
MEM_AVAIL_SWAP: Final = _under(_UCD, 4, 4, 0)
MEM_TOTAL: Final = _under(_UCD, 4, 5, 0)
MEM_AVAIL: Final = _under(_UCD, 4, 6, 0)
MEM_BUFFER: Final = _under(_UCD, 4, 14, 0)
MEM_CACHED: Final = _under(_UCD, 4, 15, 0)
CPU_IDLE: Final = _under(_UCD, 11, 11, 0)
RAW_INTERRUPTS: Final = _under(_UCD, 11, 59, 0)
RAW_CONTEXTS: Final = _under(_UCD, 11, 60, 0)
RAW_SWAP_IN: Final = _under(_UCD, 11, 62, 0)
RAW_SWAP_OUT: Final = _under(_UCD, 11, 63, 0)
_DISK: Final = _under(_UCD, 13, 15, 1, 1)
DISK_NAME: Final = _under(_DISK, 2)
DISK_READ: Final = _under(_DISK, 3)
DISK_WRITTEN: Final = _under(_DISK, 4)
DISK_READ_64: Final = _under(_DISK, 12)
DISK_WRITTEN_64: Final = _under(_DISK, 13)

# CISCO-VTP-MIB
VLAN_STATE: Final = parse_oid("1.3.6.1.4.1.9.9.46.1.3.1.1.2")
