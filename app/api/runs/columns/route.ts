import { apiHandler } from '@/app/_server/api-handler';

export const GET = apiHandler(({ stores }) => stores.runTable.columns());
