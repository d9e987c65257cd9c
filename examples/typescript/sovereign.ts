// A Sovereign for TypeScript: the component that ../../plugin serves, with types for its arguments
// and outputs. It sends what every generated SDK sends; `pulumi package add ../../plugin` writes a
// whole SDK from plugin/schema.json.

import * as pulumi from "@pulumi/pulumi";

/** The servers that run the Kubernetes API and etcd. */
export interface ControlPlaneConfig {
    serverType?: string;
    image?: string;
    ids?: number[];
    labels?: Record<string, string>;
}

/** A pool of workers. */
export interface PoolConfig extends ControlPlaneConfig {
    location?: string;
}

/** The cluster, as `sovereign:cluster` of a stack file describes it; plugin/schema.json has every key. */
export interface ClusterConfig {
    name: string;
    location?: "nbg1" | "fsn1" | "hel1" | "ash" | "hil" | "sin";
    controlPlane?: ControlPlaneConfig;
    pools?: Record<string, PoolConfig>;
    protect?: boolean;
    [key: string]: unknown;
}

export interface SovereignArgs {
    cluster: ClusterConfig;
    /** Who may reach SSH and the Kubernetes API (CIDR); [] means nobody. */
    operatorCidrs: string[];
    /** The secret that every key and token is derived from; at least 32 characters. */
    seed: pulumi.Input<string>;
    /** Hetzner token for the cloud controller. Default: hcloud:token, else HCLOUD_TOKEN. */
    hcloudToken?: pulumi.Input<string>;
    artifactMirror?: string;
}

/** A Kubernetes cluster of its owner's own on Hetzner Cloud. The outputs are docs/outputs.schema.json. */
export class Sovereign extends pulumi.ComponentResource {
    declare readonly contractVersion: pulumi.Output<number>;
    declare readonly clusterName: pulumi.Output<string>;
    declare readonly apiEndpoint: pulumi.Output<string>;
    declare readonly apiPrivateEndpoint: pulumi.Output<string>;
    declare readonly kubeconfig: pulumi.Output<string>;
    declare readonly workerPrivateIps: pulumi.Output<Record<string, string>>;
    declare readonly k3sVersion: pulumi.Output<string>;
    declare readonly ciliumVersion: pulumi.Output<string>;
    declare readonly encryption: pulumi.Output<Record<string, unknown>>;

    constructor(name: string, args: SovereignArgs, opts: pulumi.ComponentResourceOptions = {}) {
        const outputs = Object.fromEntries(OUTPUTS.map((output) => [output, undefined]));
        const secret = { seed: pulumi.secret(args.seed), hcloudToken: args.hcloudToken && pulumi.secret(args.hcloudToken) };
        super("sovereign:index:Sovereign", name, { ...outputs, ...args, ...secret }, opts, true /* remote */);
    }
}

/** The SDK makes a property of each of them, filled when the plugin has answered. */
const OUTPUTS = [
    "contractVersion",
    "clusterName",
    "apiEndpoint",
    "apiPrivateEndpoint",
    "kubeconfig",
    "workerPrivateIps",
    "k3sVersion",
    "ciliumVersion",
    "encryption",
];
