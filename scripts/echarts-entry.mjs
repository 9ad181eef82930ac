// The parts of ECharts that the charts use, and no other: this file is the chart budget.
import { init, use, registerTheme } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, BrushComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([
  BarChart, LineChart,
  AriaComponent, BrushComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent,
  CanvasRenderer, SVGRenderer,
]);

export { init, registerTheme };
