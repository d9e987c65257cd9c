"""Provider functions (data sources): what the API offers."""

from typing import Any

from rehearsal.runtime.drivers.hcloud.api import Api
from rehearsal.runtime.drivers.port import NotFound, unsupported
from rehearsal.runtime.values import Properties


def lookup(api: Api, token: str, arguments: Properties) -> Properties:
    """Call a function by its token; raises NotFound, or OperationFailed for a token it lacks."""
    match token:
        case "hcloud:index/getLocation:getLocation":
            return _location(_find(api, "locations", "location", arguments))
        case "hcloud:index/getServerType:getServerType":
            return _server_type(_find(api, "server_types", "server_type", arguments))
        case "hcloud:index/getServerTypes:getServerTypes":
            kinds = [_server_type(item) for item in _all(api, "server_types")]
            return {
                "id": "server_types",
                "serverTypes": kinds,
                "names": [kind["name"] for kind in kinds],
                "serverTypeIds": [str(kind["id"]) for kind in kinds],
            }
        case "hcloud:index/getImage:getImage":
            return _image(_find(api, "images", "image", arguments))
        case _:
            raise unsupported(f"the function {token}")


def _find(api: Api, path: str, kind: str, arguments: Properties) -> dict[str, Any]:
    if arguments.get("id"):
        return api.get(f"/{path}/{arguments['id']}", kind)
    name = str(arguments.get("name") or "")
    for item in _all(api, path):
        architecture = arguments.get("withArchitecture") or "x86"
        if item["name"] == name and item.get("architecture", architecture) == architecture:
            return item
    raise NotFound(f"no {kind} is named {name!r} (not_found)")


def _all(api: Api, path: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    page: int | None = 1
    while page is not None:
        answer = api.call("GET", f"/{path}?page={page}&per_page=50")
        items += answer[path]
        page = ((answer.get("meta") or {}).get("pagination") or {}).get("next_page")
    return items


def _location(data: dict[str, Any]) -> Properties:
    return {
        "id": data["id"],
        "name": data["name"],
        "description": data["description"],
        "country": data["country"],
        "city": data["city"],
        "latitude": data["latitude"],
        "longitude": data["longitude"],
        "networkZone": data["network_zone"],
    }


def _server_type(data: dict[str, Any]) -> Properties:
    return {
        "id": data["id"],
        "name": data["name"],
        "description": data["description"],
        "category": data.get("category") or "",
        "cores": data["cores"],
        "memory": data["memory"],
        "disk": data["disk"],
        "storageType": data["storage_type"],
        "cpuType": data["cpu_type"],
        "architecture": data["architecture"],
        "isDeprecated": bool(data.get("deprecation")),
    }


def _image(data: dict[str, Any]) -> Properties:
    return {
        "id": data["id"],
        "name": data["name"],
        "type": data["type"],
        "description": data["description"],
        "created": data["created"],
        "osFlavor": data["os_flavor"],
        "osVersion": data.get("os_version") or "",
        "architecture": data["architecture"],
        "rapidDeploy": data.get("rapid_deploy", False),
        "deprecated": data.get("deprecated") or "",
    }
