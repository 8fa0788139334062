import {
  BarGaugeDisplayMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  MappingType,
  type SpecialValueMap,
  SpecialValueMatch,
} from "@grafana/grafana-foundation-sdk/dashboard";

export const asDuration: DynamicConfigValue[] = [
  { id: "unit", value: "s" },
  { id: "custom.width", value: 115 },
];

export const asTime: DynamicConfigValue[] = [
  { id: "unit", value: "dateTimeAsLocal" },
  { id: "custom.width", value: 165 },
];

/** Of what kind a deployment is. */
export const kindColumns: Readonly<Record<"component" | "version", DynamicConfigValue[]>> = {
  component: [{ id: "custom.width", value: 110 }],
  version: [{ id: "custom.width", value: 85 }],
};

/** Something that is true or not, and red when it is. */
export const asAlarm: DynamicConfigValue[] = [
  {
    id: "mappings",
    value: [alarm(SpecialValueMatch.True, "yes", "red"), alarm(SpecialValueMatch.False, "", "transparent")],
  },
  {
    id: "custom.cellOptions",
    value: { type: TableCellDisplayMode.ColorBackground, mode: TableCellBackgroundDisplayMode.Basic },
  },
  { id: "custom.width", value: 80 },
];

function alarm(match: SpecialValueMatch, text: string, color: string): SpecialValueMap {
  return { type: MappingType.SpecialValue, options: { match, result: { text, color } } };
}

/** A duration that is also drawn, so that the long ones are seen first. */
export function asBar(fixedColor: string): DynamicConfigValue[] {
  return [
    { id: "unit", value: "s" },
    { id: "min", value: 0 },
    { id: "color", value: { mode: "fixed", fixedColor } },
    { id: "custom.cellOptions", value: { type: TableCellDisplayMode.Gauge, mode: BarGaugeDisplayMode.Basic } },
  ];
}

/** The id of a deployment, which opens the job that it runs in; the row needs a column "url". */
export const asDeployment: DynamicConfigValue[] = [
  { id: "custom.width", value: 105 },
  { id: "links", value: [{ title: "Open the job", url: `\${__data.fields.url}`, targetBlank: true }] },
];

/** The name of a cell, which opens its history; the row needs linkColumns. */
export const asCell: DynamicConfigValue[] = [
  { id: "custom.width", value: 205 },
  {
    id: "links",
    value: [
      {
        title: "Who held this place",
        url: ["environment", "provider", "region"].reduce(
          (url, name) => `${url}&var-${name}=\${__data.fields.${name}:percentencode}`,
          "/d/deploy-queue-history?from=now-24h&to=now",
        ),
      },
    ],
  },
];

/** The columns that links are made of: how to select them, and how to hide them. */
export const placeColumns = "environment, cloud_provider as provider, region";
export const linkColumns = `coalesce(url, '') as url, ${placeColumns}`;
const hidden: DynamicConfigValue[] = [{ id: "custom.hidden", value: true }];
export const placeHidden = { environment: hidden, provider: hidden, region: hidden };
export const linkHidden = { url: hidden, ...placeHidden };
