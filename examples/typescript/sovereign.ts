// Made like plugin/schema.json by `python -m docs.generator`; edit sovereign/config.py instead.
//
// A Sovereign for TypeScript: the component that ../../plugin serves, with types for its arguments
// and outputs. It sends what the SDK sends that `pulumi package add ../../plugin` writes.

import * as pulumi from "@pulumi/pulumi";

/** The network of the cluster, its only one. */
export interface CiliumConfig {
    /** Keep all pods off Hetzner's metadata service; a storage driver may need it (docs/mesh.md). Default: true. */
    blockMetadata?: boolean;
    /** A chart archive or directory instead of the published one; a path on the operator's machine or a URL. */
    chart?: string;
    encryption?: EncryptionConfig;
    envoy?: EnabledConfig;
    gatewayApi?: EnabledConfig;
    /** Close the nodes' own ports on the private network, too, but for k3s, Cilium and operators. Default: false. */
    hostFirewall?: boolean;
    hubble?: HubbleConfig;
    /** Bytes; the private network carries 1450. Default: 1450. */
    mtu?: number;
    /** `homelab` is for `sovereign cilium values`; a Hetzner stack refuses it with its reasons. Default: "sovereign". */
    profile?: CiliumProfile;
    /** Chart version, inside the tested lines. Default: "1.20.2". */
    version?: string;
}

export type CiliumProfile = "sovereign" | "homelab";

/** Hetzner's cloud controller manager. */
export interface CloudControllerConfig {
    /** Chart version; 1.30.1 is the lowest. Default: "1.35.0". */
    version?: string;
}

export type ClusterApiServerAddress = "control-plane-ip" | "node-local";

/** `sovereign:cluster`. */
export interface ClusterConfig {
    /** How Cilium reaches the API: the control planes' private addresses, or 127.0.0.1:6444 on each node, where k3s balances over them. Default: "control-plane-ip". */
    apiServerAddress?: ClusterApiServerAddress;
    cilium?: CiliumConfig;
    cloudController?: CloudControllerConfig;
    controlPlane?: ControlPlaneConfig;
    gates?: GatesConfig;
    /** Kernel settings, admission and audit of the k3s hardening guide. Default: true. */
    hardening?: boolean;
    k3s?: K3sConfig;
    loadBalancer?: LoadBalancerConfig;
    /** Hetzner location; it decides the network zone. Default: "nbg1". */
    location?: ClusterLocation;
    /** Names every resource, in front of everything else. */
    name: string;
    network?: NetworkConfig;
    pools?: Record<string, PoolConfig>;
    prices?: PriceBook;
    /** Refuse to delete the network and the control planes. Default: false. */
    protect?: boolean;
    ssh?: SshConfig;
}

export type ClusterLocation = "nbg1" | "fsn1" | "hel1" | "ash" | "hil" | "sin";

/** The servers that run the Kubernetes API and etcd. Id i is at nodes' base + 1 + i. */
export interface ControlPlaneConfig {
    /** Instead of `ids`, with `firstId`. */
    count?: number;
    /** What to order instead, in this order, where `serverType` is sold out; `sovereign preflight` names the first that can be had. */
    fallbackTypes?: string[];
    /** With `count`: the lowest id. */
    firstId?: number;
    /** Node id -> generation (default 1). Raising it replaces that server and rotates its SSH host key. */
    generations?: Record<string, number>;
    /** Stable ids of the control planes, an odd number of them. */
    ids?: number[];
    /** Hetzner image; its kernel must be new enough for Cilium. Default: "ubuntu-24.04". */
    image?: string;
    /** Kernel of an image that images.yaml does not know, as `6.8`. */
    imageKernel?: string;
    /** Kubernetes node labels, set when the node registers. */
    labels?: Record<string, string>;
    /** Hetzner server type; amd64 or arm64. Default: "cpx32". */
    serverType?: string;
    /** None: the role's default (control plane: NoSchedule when there are workers; workers: none). */
    taints?: Taint[];
}

/** A part that is on unless it is switched off. */
export interface EnabledConfig {
    /** Whether the part is there. Default: true. */
    enabled?: boolean;
}

/** Encryption of pod traffic between nodes. */
export interface EncryptionConfig {
    /** Encrypt traffic between nodes' own processes too (beta; off on control planes). Default: false. */
    nodeEncryption?: boolean;
    /** Drop pod traffic that would leave a node unencrypted. Default: false. */
    strictMode?: boolean;
    /** The only one; encryption cannot be switched off. Default: "wireguard". */
    type?: EncryptionType;
}

export type EncryptionType = "wireguard";

/** Limits, in seconds, after which a wait ends with a reason. */
export interface GatesConfig {
    /** A server's private address, at boot. Default: 300. */
    addressS?: number;
    /** The first control plane's API. Default: 600. */
    apiS?: number;
    /** cloud-init and k3s of one node. Default: 600. */
    joinS?: number;
    /** Every node and component Ready. Default: 900. */
    readyS?: number;
}

/** Hubble, Cilium's flow observer. */
export interface HubbleConfig {
    /** Observe flows at all. Default: true. */
    enabled?: boolean;
    /** Metrics that Hubble exports, each with its options. Default: ["dns", "drop", "tcp", "flow", "icmp", "httpV2:labelsContext=source_namespace,source_workload,destination_namespace,destination_workload"]. */
    metrics?: string[];
    /** Flows of all nodes in one place. Default: true. */
    relay?: boolean;
    /** The web page; it reads from the relay. Default: true. */
    ui?: boolean;
}

/** The Kubernetes distribution. */
export interface K3sConfig {
    /** One release, never a channel; one minor at a time, never back. Default: "v1.36.4+k3s1". */
    version?: string;
}

/** How Services of type LoadBalancer get an address; `sovereign plan` shows what each costs. */
export interface LoadBalancerConfig {
    /** Hetzner's load balancer; PowerDNS records; Cilium's ARP (refused on Hetzner Cloud). Default: "hetzner". */
    kind?: LoadBalancerKind;
    /** With `dns`: the PowerDNS zone of the records, for example `example.org`. */
    zone?: string;
}

export type LoadBalancerKind = "hetzner" | "dns" | "l2";

/** Address ranges (IPv4 CIDR); pairwise disjoint but for the nodes' range inside the network. */
export interface NetworkConfig {
    /** The private network; it holds the nodes' range. Default: "10.0.0.0/16". */
    cidr?: string;
    /** The subnet of the nodes and load balancers. Default: "10.0.1.0/24". */
    nodeCidr?: string;
    /** Each node gets a /24 of it. Default: "10.42.0.0/16". */
    podCidr?: string;
    /** Addresses of Services; never routed. Default: "10.43.0.0/16". */
    serviceCidr?: string;
}

/** A pool of workers. Id i is at nodes' base + 19 + i; ids are unique over pools. */
export interface PoolConfig {
    /** Instead of `ids`, with `firstId`. */
    count?: number;
    /** What to order instead, in this order, where `serverType` is sold out; `sovereign preflight` names the first that can be had. */
    fallbackTypes?: string[];
    /** With `count`: the lowest id. */
    firstId?: number;
    /** Node id -> generation (default 1). Raising it replaces that server and rotates its SSH host key. */
    generations?: Record<string, number>;
    /** Stable ids of the workers; removing one touches no other. */
    ids?: number[];
    /** Hetzner image; its kernel must be new enough for Cilium. Default: "ubuntu-24.04". */
    image?: string;
    /** Kernel of an image that images.yaml does not know, as `6.8`. */
    imageKernel?: string;
    /** Kubernetes node labels, set when the node registers. */
    labels?: Record<string, string>;
    /** Default: the Sovereign's location. */
    location?: string;
    /** Hetzner server type; amd64 or arm64. Default: "cpx32". */
    serverType?: string;
    /** None: the role's default (control plane: NoSchedule when there are workers; workers: none). */
    taints?: Taint[];
}

/** Your own net prices per month, instead of the sample ones; what has none is named. */
export interface PriceBook {
    /** Backups of a server, in percent of its price. */
    backupsPercent?: number;
    /** As it is shown. Default: "EUR". */
    currency?: string;
    /** When the prices held: YYYY-MM-DD. */
    date: string;
    /** A floating IPv4 address. */
    floatingIpv4?: number;
    /** A floating IPv6 network. */
    floatingIpv6?: number;
    /** Load balancer type -> price per month. */
    loadBalancerTypes?: Record<string, number>;
    /** A primary IPv4 address; every server has one. */
    primaryIpv4?: number;
    /** Server type -> price per month; a type without one makes the cost unknown. */
    serverTypes: Record<string, number>;
    /** Where they come from. */
    source: string;
    /** One GB of a volume. */
    volumePerGb?: number;
}

/** How the program reaches a node. */
export interface SshConfig {
    /** Refused dials before giving up; 60 are about 4.4 minutes (pulumi-command#1238). Default: 60. */
    dialErrorLimit?: number;
    /** Name -> OpenSSH public key, authorized on servers created from then on. */
    extraKeys?: Record<string, string>;
    /** TCP port of every node's SSH. Default: 22. */
    port?: number;
}

/** A Kubernetes taint; `value` may be empty. */
export interface Taint {
    effect: TaintEffect;
    key: string;
    /** Default: "". */
    value?: string;
}

export type TaintEffect = "NoSchedule" | "PreferNoSchedule" | "NoExecute";

/** What a Sovereign is made of. */
export interface SovereignArgs {
    /** URL or absolute directory that stands for the hosts of all downloads. */
    artifactMirror?: string;
    /** The cluster, as `sovereign:cluster` of a stack file describes it. */
    cluster: ClusterConfig;
    /** Hetzner token for the cloud controller; secret. Default: hcloud:token, else HCLOUD_TOKEN. */
    hcloudToken?: pulumi.Input<string>;
    /** Who may reach SSH and the Kubernetes API (IPv4 or IPv6 CIDR); [] means nobody. */
    operatorCidrs: string[];
    /** The secret that every key and token is derived from; at least 32 characters. */
    seed: pulumi.Input<string>;
}

/** A Kubernetes cluster of its owner's own on Hetzner Cloud: k3s, Cilium, WireGuard. */
export class Sovereign extends pulumi.ComponentResource {
    /** URL of the API for operators (public address) */
    declare readonly apiEndpoint: pulumi.Output<string>;
    /** the same for every control plane */
    declare readonly apiEndpoints: pulumi.Output<string[]>;
    /** URL of the API inside the network */
    declare readonly apiPrivateEndpoint: pulumi.Output<string>;
    /** Helm values of Cilium, as installed */
    declare readonly ciliumValues: pulumi.Output<Record<string, unknown>>;
    /** installed Cilium version */
    declare readonly ciliumVersion: pulumi.Output<string>;
    /** name of the Sovereign */
    declare readonly clusterName: pulumi.Output<string>;
    /** version of this contract */
    declare readonly contractVersion: pulumi.Output<number>;
    /** node name -> private address */
    declare readonly controlPlanePrivateIps: pulumi.Output<Record<string, string>>;
    /** {type, strictMode, nodeEncryption} of pod traffic */
    declare readonly encryption: pulumi.Output<Record<string, unknown>>;
    /** class for Gateways, empty without the Gateway API */
    declare readonly gatewayClass: pulumi.Output<string>;
    /** installed k3s version */
    declare readonly k3sVersion: pulumi.Output<string>;
    /** administrator's kubeconfig, YAML */
    declare readonly kubeconfig: pulumi.Output<string>;
    /** range of the private network */
    declare readonly networkCidr: pulumi.Output<string>;
    /** Hetzner id of the private network */
    declare readonly networkId: pulumi.Output<number>;
    /** range of the nodes' subnet */
    declare readonly nodeCidr: pulumi.Output<string>;
    /** range of the pods */
    declare readonly podCidr: pulumi.Output<string>;
    /** pool name -> {location, serverType, nodes} */
    declare readonly pools: pulumi.Output<Record<string, unknown>>;
    /** range of the services */
    declare readonly serviceCidr: pulumi.Output<string>;
    /** provider id of the nodes' subnet */
    declare readonly subnetId: pulumi.Output<string>;
    /** node name -> private address */
    declare readonly workerPrivateIps: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: SovereignArgs, opts: pulumi.ComponentResourceOptions = {}) {
        const outputs = Object.fromEntries(OUTPUTS.map((output) => [output, undefined]));
        const secret = {
            seed: args.seed && pulumi.secret(args.seed),
            hcloudToken: args.hcloudToken && pulumi.secret(args.hcloudToken),
        };
        super("sovereign:index:Sovereign", name, { ...outputs, ...args, ...secret }, opts, true /* remote */);
    }
}

/** The SDK makes a property of each of them, filled when the plugin has answered. */
const OUTPUTS = [
    "apiEndpoint",
    "apiEndpoints",
    "apiPrivateEndpoint",
    "ciliumValues",
    "ciliumVersion",
    "clusterName",
    "contractVersion",
    "controlPlanePrivateIps",
    "encryption",
    "gatewayClass",
    "k3sVersion",
    "kubeconfig",
    "networkCidr",
    "networkId",
    "nodeCidr",
    "podCidr",
    "pools",
    "serviceCidr",
    "subnetId",
    "workerPrivateIps",
];
